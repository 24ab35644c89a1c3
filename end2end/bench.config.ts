import { defineConfig } from "@playwright/test";
import { browser } from "./playwright.config.ts";

// Measures; prints a table. Nothing else runs beside it.
export default defineConfig({
  testDir: "bench",
  testMatch: "*.bench.ts",
  outputDir: "test-results",
  workers: 1,
  retries: 0,
  timeout: 300_000,
  reporter: "list",
  use: { ...browser },
});
