export default async function teardown() {
  globalThis.testPostgres?.stop();
}
