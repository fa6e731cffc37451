/** Leaves the page of a sign-out once the applications in its frames have been told. */

/** Milliseconds: an application that does not answer holds nobody up for longer. */
const longest = 5_000;

function leaveWhenTold(link: HTMLAnchorElement): void {
  const leave = () => {
    clearTimeout(timer);
    removeEventListener('load', leave);
    location.replace(link.href);
  };
  const timer = setTimeout(leave, longest);
  // A window has loaded when its frames have; modules run before.
  addEventListener('load', leave);
}

for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-signed-out="go-on"]')) leaveWhenTold(link);
