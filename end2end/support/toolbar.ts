import type { Page } from "@playwright/test";

export const search = (page: Page) => page.getByRole("searchbox", { name: "Search consumers", exact: true });
/** The status tab of this name; its link also holds the count. */
export const tab = (page: Page, name: string) => page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });
export const filter = (page: Page) => page.getByRole("button", { name: "Filter", exact: true });
export const chip = (page: Page, words: string) => page.getByRole("link", { name: `Remove filter ${words}`, exact: true });
export const head = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true });
export const sort = (page: Page, name: string) => head(page, name).getByRole("button", { name, exact: true });
/** What the address says of the view. */
export const query = (page: Page) => new URL(page.url()).search;
