import type { Locator } from "@playwright/test";

/** The fields of **Edit consumer**, and the button that saves them. */
export function fields(dialog: Locator) {
  const labelled = (label: string) => dialog.getByLabel(label, { exact: true });
  return {
    name: labelled("Consumer name"),
    secret: labelled("New consumer secret"),
    secretAgain: labelled("Re-type new consumer secret"),
    callback: labelled("Callback URLs"),
    rsaKey: labelled("RSA public key"),
    trusted: labelled("Trusted"),
    allowOauth10: labelled("Allow OAuth 1.0"),
    save: dialog.getByRole("button", { name: "Save", exact: true }),
  };
}
