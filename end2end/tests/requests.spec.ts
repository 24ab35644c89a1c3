import type { Page } from "@playwright/test";
import { type Entry, type Heading, SERVER_AWAY, expect, hold, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

const dialogs: { entry: Exclude<Entry, "Edit">; heading: Heading; call: string; done: string }[] = [
  { entry: "Approve", heading: "Approve consumer key", call: "approve", done: "Approved" },
  { entry: "Disapprove", heading: "Disapprove consumer key", call: "disapprove", done: "Disapproved" },
  { entry: "Remove", heading: "Remove consumer key", call: "remove", done: "Removed" },
];

/** A consumer that is gone is asked for. */
const ABORTED_OR_GONE = /net::ERR_(ABORTED|FAILED)|status of 404 .*\/find/;
const ABORTED = /net::ERR_(ABORTED|FAILED)/;

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test.describe("A dialog that is closed while its request waits", () => {
  for (const { entry, heading, call } of dialogs) {
    test(`${entry}: the request never leaves, and the message says what the consumer is like`, async ({ consumers, page, server, complaints }) => {
      complaints.expect(ABORTED);
      const dialog = await consumers.choose(NAME, entry);
      const held = await hold(page, call);
      await consumers.confirmation(heading).click();
      await expect.poll(held.calls).toBe(1);
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await expect(consumers.said(`${NAME} is still Pending. If the request is on its way all the same`)).toBeVisible();
      held.letGo();
      expect(await server.show(key)).toMatchObject({ status: "pending", revision: 1 });
    });
  }

  test("Edit: nothing is changed, and the message says so", async ({ consumers, page, server, complaints }) => {
    complaints.expect(ABORTED);
    const dialog = await consumers.choose(NAME, "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Renamed");
    const held = await hold(page, "edit");
    await consumers.confirmation("Edit consumer").click();
    await expect.poll(held.calls).toBe(1);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(consumers.said(`nothing of ${NAME} has changed so far`)).toBeVisible();
    held.letGo();
    expect(await server.show(key)).toMatchObject({ name: NAME, revision: 1 });
  });

  test("what the server has done by then is told", async ({ consumers, page, server, complaints }) => {
    complaints.expect(ABORTED);
    let answered = () => {};
    const done = new Promise<void>((go) => (answered = go));
    let letGo = () => {};
    const gate = new Promise<void>((go) => (letGo = go));
    await page.route("**/api/page/disapprove", async (route) => {
      const response = await route.fetch();
      answered();
      await gate;
      // The page does not wait for it any more.
      await route.fulfill({ response }).catch(() => {});
    });
    const dialog = await consumers.choose(NAME, "Disapprove");
    await consumers.confirmation("Disapprove consumer key").click();
    await done;
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(consumers.said(`${NAME} is Disapproved: the request had left`)).toBeVisible();
    letGo();
    expect((await server.show(key)).status).toBe("disapproved");
  });

  test("where the server does not say, nothing is claimed", async ({ consumers, page, server, complaints }) => {
    complaints.expect(ABORTED, SERVER_AWAY);
    await consumers.choose(NAME, "Approve");
    await hold(page, "approve");
    await consumers.confirmation("Approve consumer key").click();
    await server.kill();
    await page.keyboard.press("Escape");
    await expect(consumers.said(/Whether Requirements sync was approved is not known/)).toBeVisible();
  });
});

/** Holds a call as a buffering proxy does, which hands it on though the browser has given it up. */
async function buffer(page: Page, name: string): Promise<{ arrived: Promise<void>; handOn: () => void }> {
  let [handOn, come] = [() => {}, () => {}];
  const gate = new Promise<void>((open) => (handOn = open));
  const arrived = new Promise<void>((go) => (come = go));
  await page.route(`**/api/page/${name}`, async (route) => {
    const request = route.request();
    const headers = { origin: new URL(request.url()).origin, "content-type": "application/x-www-form-urlencoded" };
    come();
    await gate;
    // The test may be over by then.
    await page.request.post(request.url(), { headers, data: request.postData() ?? "" }).catch(() => {});
    await route.abort().catch(() => {});
  });
  return { arrived, handOn };
}

test.describe("A request that a proxy still holds when its dialog is closed is told once it is carried out", () => {
  for (const [entry, words] of [
    ["Approve", "is Approved: the request had left before the dialog was closed."],
    ["Disapprove", "is Disapproved: the request had left before the dialog was closed."],
    ["Remove", "is removed, by ada."],
  ] as const) {
    test(entry, async ({ consumers, page, complaints }) => {
      complaints.expect(entry === "Remove" ? ABORTED_OR_GONE : ABORTED);
      const held = await buffer(page, entry.toLowerCase());
      const dialog = await consumers.choose(NAME, entry);
      await consumers.confirmation(`${entry} consumer key`).click();
      await held.arrived;
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await expect(consumers.said(`${NAME} is still Pending`)).toBeVisible();
      await expect(consumers.said("in time")).toHaveCount(0);
      held.handOn();
      await expect(consumers.said(`${NAME} ${words}`)).toBeVisible();
    });
  }

  test("Edit", async ({ consumers, page, complaints }) => {
    complaints.expect(ABORTED);
    const held = await buffer(page, "edit");
    const dialog = await consumers.choose(NAME, "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Renamed");
    await consumers.confirmation("Edit consumer").click();
    await held.arrived;
    await page.keyboard.press("Escape");
    await expect(consumers.said(`nothing of ${NAME} has changed so far`)).toBeVisible();
    held.handOn();
    await expect(consumers.said("Renamed was changed: the request had left")).toBeVisible();
  });

  test("the same decision of another administrator is not taken for it", async ({ consumers, page, server, complaints }) => {
    complaints.expect(ABORTED);
    const held = await buffer(page, "approve");
    const dialog = await consumers.choose(NAME, "Approve");
    await consumers.confirmation("Approve consumer key").click();
    await held.arrived;
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(consumers.said(`${NAME} is still Pending`)).toBeVisible();
    const asked = page.waitForResponse("**/api/page/find");
    await server.approve(key);
    await asked;
    await consumers.expectStatus(NAME, "Approved");
    await expect(consumers.said("the request had left")).toHaveCount(0);
    held.handOn();
  });
});

test.describe("Every request comes to an end in ten seconds", () => {
  for (const { entry, heading, call, done } of dialogs) {
    test(`${entry}: with a sentence and Try again, which works`, async ({ page, consumers, complaints }) => {
      complaints.expect(ABORTED);
      await page.clock.install();
      const dialog = await consumers.choose(NAME, entry);
      const held = await hold(page, call);
      await consumers.confirmation(heading).click();
      await expect.poll(held.calls).toBe(1);
      await page.clock.fastForward("00:11");
      await expect(consumers.refusal(heading)).toContainText("has not answered for 10 seconds");
      await page.unroute(`**/api/page/${call}`);
      await dialog.getByRole("button", { name: "Try again" }).click();
      await expect(dialog).toBeHidden();
      await expect(consumers.said(`${done} ${NAME}.`)).toBeVisible();
      held.letGo();
    });
  }

  test("Register: with a sentence, nothing typed is lost, and Try again works", async ({ page, consumers, complaints }) => {
    complaints.expect(ABORTED);
    await page.clock.install();
    await consumers.fillIn("Model export");
    const held = await hold(page, "register");
    await consumers.registerButton.click();
    await expect.poll(held.calls).toBe(1);
    await page.clock.fastForward("00:11");
    await expect(consumers.registerSection.getByRole("alert")).toContainText("has not answered for 10 seconds");
    await expect(consumers.name).toHaveValue("Model export");
    await page.unroute("**/api/page/register");
    await consumers.registerSection.getByRole("button", { name: "Try again" }).click();
    await expect(consumers.row("Model export")).toBeVisible();
    held.letGo();
  });

  test("the number of users in a dialog: it says that it is unknown, Try again works, and so does the dialog", async ({ page, consumers, complaints }) => {
    complaints.expect(ABORTED);
    await page.clock.install();
    const held = await hold(page, "signed_in_users");
    const dialog = await consumers.choose(NAME, "Disapprove");
    await page.clock.fastForward("00:11");
    await expect(dialog).toContainText("is unknown");
    await page.unroute("**/api/page/signed_in_users");
    await dialog.getByRole("button", { name: "Try again" }).click();
    await expect(dialog).toContainText("Nobody is signed in through it.");
    await consumers.confirmation("Disapprove consumer key").click();
    await expect(dialog).toBeHidden();
    held.letGo();
  });
});

test("A server that is busy is told with Try again", async ({ consumers, page, complaints }) => {
  complaints.expect(refused(503));
  const dialog = await consumers.choose(NAME, "Approve");
  await page.route("**/api/page/approve", (route) =>
    route.fulfill({ status: 503, contentType: "application/json", body: JSON.stringify({ Unavailable: "The disk is full." }) }),
  );
  await consumers.confirmation("Approve consumer key").click();
  await expect(consumers.refusal("Approve consumer key")).toContainText("The disk is full.");
  await page.unroute("**/api/page/approve");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog).toBeHidden();
});
