import { existsSync } from "node:fs";

import { type PlaywrightTestConfig, defineConfig } from "@playwright/test";

/** Debian's Chromium without windows: the same engine, which takes half the time. Extensions and measurements use the whole. */
const SHELL = "/usr/bin/chromium-headless-shell";

/** What the tests and the measurements share: the browser and how it is started. */
export const browser: NonNullable<PlaywrightTestConfig["use"]> = {
  browserName: "chromium",
  // Neither the server's zone nor UTC: a page that mixes them up is seen to.
  timezoneId: "Asia/Kolkata",
  locale: "en-GB",
  viewport: { width: 1280, height: 720 },
  launchOptions: {
    // Empty: Playwright's own browser.
    executablePath: process.env.LATCHKEY_CHROMIUM || undefined,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  // A test that fails once is broken: it waits for what it needs, and never for time.
  retries: 0,
  forbidOnly: !!process.env.CI,
  // Patience with a busy machine: only a failing test waits this long.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    ...browser,
    launchOptions: { ...browser.launchOptions, ...(existsSync(SHELL) ? { executablePath: SHELL } : {}) },
    screenshot: "only-on-failure",
    trace: process.env.LATCHKEY_TRACE ? "retain-on-failure" : "off",
  },
});
