/** The pairs of letters that make more than half of English text, and a tenth of random letters. */
const commonPairs = new Set(
  `th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co
   me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us`.split(/\s+/),
);

/** As people put digits and signs into words. */
const letters: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };

/** Every run of `length` characters, in order. */
const runsOf = (text: string, length: number): readonly string[] =>
  Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length));

function readsLikeWords(secret: string): boolean {
  const text = secret.toLowerCase().replace(/[013457@$]/g, (sign) => letters[sign] ?? sign);
  const pairs = runsOf(text, 2).filter((pair) => /^[a-z]{2}$/.test(pair));
  return pairs.filter((pair) => commonPairs.has(pair)).length > pairs.length * 0.5;
}

/** Of random text hardly a run of three comes twice; of a pattern that is repeated almost all do. */
function isRepeated(secret: string): boolean {
  const runs = runsOf(secret, 3);
  return new Set(runs).size < runs.length * 0.8;
}

const keyboard = 'qwertyuiop asdfghjkl zxcvbnm';

/** `abcdefgh…`, `9876…`, `qwerty…`: neighbours in the alphabet or on the keyboard stand side by side. */
function isSequence(secret: string): boolean {
  const neighbours = runsOf(secret.toLowerCase(), 2).filter(
    (pair) => Math.abs(pair.charCodeAt(1) - pair.charCodeAt(0)) <= 1 || keyboard.includes(pair),
  );
  return neighbours.length > secret.length / 2;
}

/**
 * Whether a secret is less than 32 random bytes are as base64 or hexadecimal: too short, a pattern, or words. Nobody can see
 * that a text is random, only that it is not; of a million random ones ten or so are refused all the same.
 */
export function isGuessable(secret: string): boolean {
  const isHex = /^[0-9a-f]+$/i.test(secret);
  if (secret.length * (isHex ? 4 : 6) < 256) return true;
  if (new Set(secret).size < (isHex ? 8 : 12)) return true;
  return isRepeated(secret) || isSequence(secret) || (!isHex && readsLikeWords(secret));
}
