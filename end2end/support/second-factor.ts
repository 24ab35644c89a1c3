import { type Page, expect } from "@playwright/test";
import { signIn } from "./consumers-page.ts";
import type { Account } from "./server.ts";
import { Authenticator } from "./totp.ts";

export const SECOND_FACTOR = "/account/second-factor";

/** Opens one of the user's own pages by signing in on the way. */
export async function open(page: Page, path: string, heading: string, account: Account): Promise<void> {
  await page.goto(path);
  await signIn(page, account);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
}

/** The field for a code. */
export const code = (page: Page) => page.getByLabel("Code", { exact: true });

/** Sets up a second factor on the page that is open; returns the app and the recovery codes. */
export async function setUp(page: Page): Promise<{ app: Authenticator; codes: string[] }> {
  await page.getByRole("button", { name: "Set up a second factor" }).click();
  await expect(page.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
  const app = new Authenticator(await page.locator("#secret").innerText());
  await code(page).fill(app.code());
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  return { app, codes: await page.locator("#recovery-codes li").allInnerTexts() };
}

/** A device with passkeys, which the browser takes for one of its own; its user is there and known to it. */
export class Device {
  private constructor(
    private readonly send: (method: string, parameters: object) => Promise<unknown>,
    private readonly authenticatorId: string,
  ) {}

  static async plugInto(page: Page): Promise<Device> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
    const send = session.send.bind(session) as unknown as (method: string, parameters: object) => Promise<unknown>;
    return new Device(send, authenticatorId);
  }

  /** Whether its user can unlock it. */
  async unlocks(isUserVerified: boolean): Promise<void> {
    await this.send("WebAuthn.setUserVerified", { authenticatorId: this.authenticatorId, isUserVerified });
  }
}
