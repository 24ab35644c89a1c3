import { execFileSync } from "node:child_process";
import puppeteer, { type Browser, type ElementHandle, type Page } from "puppeteer-core";
import type { Account } from "./server.ts";
import { noteStreams, openStreams } from "./tabs.ts";

/** Playwright drives only a Firefox of its own making; this one is the system's, spoken to by WebDriver BiDi. */
const names = [process.env.LATCHKEY_FIREFOX, "firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** The path of the Firefox that is installed, or `undefined`. */
export function findFirefox(): string | undefined {
  for (const name of names) {
    if (!name) continue;
    try {
      execFileSync(name, ["--version"], { stdio: "ignore" });
      return name.includes("/") ? name : execFileSync("/bin/sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" }).trim();
    } catch {
      // Not under this name.
    }
  }
  return undefined;
}

export const startFirefox = (executablePath: string): Promise<Browser> =>
  puppeteer.launch({ browser: "firefox", executablePath, headless: true, defaultViewport: { width: 1280, height: 720 } });

/** What tests wait for at most, in milliseconds. */
const PATIENCE = 20_000;

/** A page in Firefox, by the names that people read. */
export class FirefoxPage {
  private constructor(readonly page: Page) {}

  /** A further tab, or the first one, at an address. */
  static async open(browser: Browser, url: string): Promise<FirefoxPage> {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.evaluateOnNewDocument(noteStreams);
    await page.goto(url);
    return new FirefoxPage(page);
  }

  /** The wasm runs. */
  async ready(): Promise<void> {
    await this.page.waitForSelector("html[data-hydrated]");
  }

  async signIn({ username, password }: Account): Promise<void> {
    await this.fill("Username", username);
    await this.fill("Password", password);
    await Promise.all([this.page.waitForNavigation(), this.press("Sign in")]);
    await this.ready();
  }

  /** Types into the field with that label, in place of what is in it. */
  async fill(label: string, text: string): Promise<void> {
    const field = await this.page.waitForFunction(
      (label) => [...document.querySelectorAll("label")].find(({ textContent }) => textContent?.trim() === label)?.control,
      {},
      label,
    );
    await (field as ElementHandle<HTMLInputElement>).asLocator().fill(text);
  }

  /** Presses the button of that name; inside an element, where one is given. */
  async press(name: string, role = "button", inside = ""): Promise<void> {
    await this.page.locator(`${inside} ::-p-aria([name="${name}"][role="${role}"])`.trim()).click();
  }

  /** Waits until a row has this name and this word for its status. */
  async row(name: string, status: string): Promise<ElementHandle> {
    const found = await this.page.waitForFunction(
      (name, status) =>
        [...document.querySelectorAll("tr[data-key]")].find(
          (row) => row.querySelector(".name bdi")?.textContent === name && row.querySelector(".status")?.textContent === status,
        ),
      {},
      name,
      status,
    );
    return found as ElementHandle;
  }

  /** How many event streams it holds open. */
  streams(): Promise<number> {
    return this.page.evaluate(openStreams);
  }

  /** Waits until the sign says so. */
  async sign(words: string): Promise<void> {
    await this.page.waitForFunction((words) => document.querySelector("[role=status]")?.textContent === words, {}, words);
  }
}
