import { expect, test } from "../support/test.ts";

test("A signed call shows in every open page without a reload, within seconds", async ({ server, consumers, another, play }) => {
  const consumer = await play("Requirements sync");
  const other = await another();
  for (const page of [consumers, other]) {
    await page.expectLive();
    await expect(page.rowOfKey(consumer.key).locator("td.used")).toHaveText("Never");
    await page.mark();
  }
  const usual = await other.usualDelay(server);
  expect((await consumer.call("/api/v1/echo")).status).toBe(200);
  for (const page of [consumers, other]) {
    await expect(page.rowOfKey(consumer.key).locator("td.used")).toHaveText("just now", { timeout: 5_000 + 5 * usual });
    await page.expectNotReloaded();
  }
});

test("A use that is told while rows are loaded stays, though the rows that come are older", async ({ consumers, play }) => {
  const consumer = await play("Requirements sync");
  const { page } = consumers;
  const used = consumers.rowOfKey(consumer.key).locator("td.used");
  let answered = () => {};
  const done = new Promise<void>((go) => (answered = go));
  let letGo = () => {};
  const gate = new Promise<void>((go) => (letGo = go));
  await page.route("**/api/page/rows", async (route) => {
    const response = await route.fetch();
    answered();
    await gate;
    await route.fulfill({ response });
  });
  await page.getByRole("searchbox", { name: "Search consumers", exact: true }).fill("sync");
  await done;
  expect((await consumer.call("/api/v1/echo")).status).toBe(200);
  await expect(used).toHaveText("just now");
  letGo();
  await expect(consumers.said("1 found")).toHaveCount(1);
  await expect(used).toHaveText("just now");
});

test("A refused call does not count as use", async ({ consumers, play }) => {
  const [consumer, used] = [await play("Requirements sync"), await play("Model export")];
  await consumer.decide(consumers.page, "disapprove");
  expect((await consumer.call("/api/v1/echo")).status).toBe(401);
  // What came after it shows, so it would show too.
  expect((await used.call("/api/v1/echo")).status).toBe(200);
  await expect(consumers.rowOfKey(used.key).locator("td.used")).toHaveText("just now");
  await consumers.page.reload();
  await expect(consumers.rowOfKey(consumer.key).locator("td.used")).toHaveText("Never");
});

test("Use is not a change: editing at the same time meets no conflict, and the dialog stays open", async ({ consumers, server, play }) => {
  const consumer = await play("Requirements sync");
  const dialog = await consumers.choose("Requirements sync", "Edit");
  await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
  expect((await consumer.call("/api/v1/echo")).status).toBe(200);
  await expect(consumers.rowOfKey(consumer.key).locator("td.used")).toHaveText("just now");
  await expect(dialog).toBeVisible();
  await consumers.confirmation("Edit consumer").click();
  await expect(dialog).toBeHidden();
  await expect(consumers.rowOfKey(consumer.key)).toContainText("Requirements bridge");
  const { revision } = await server.show(consumer.key);
  expect(revision, "registered, approved, renamed").toBe(3);
});

test("Use survives a restart", async ({ consumers, server, play, complaints }) => {
  complaints.expect(/net::ERR_/);
  const consumer = await play("Requirements sync");
  expect((await consumer.call("/api/v1/echo")).status).toBe(200);
  await server.restart();
  await consumers.open();
  await expect(consumers.rowOfKey(consumer.key).locator("td.used")).not.toHaveText("Never");
});
