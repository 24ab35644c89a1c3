import type { Locator } from "@playwright/test";

export interface TextColour {
  text: string;
  /** As getComputedStyle gives it. */
  computed: string;
  /** Red, green, blue, 0 to 255, as painted: see-through colours and opacity mixed in. */
  painted: [number, number, number];
  /** Against the background behind it. */
  contrast: number;
}

/** The colour of each piece of text within an element, as a person sees it. */
export async function textColours(within: Locator): Promise<TextColour[]> {
  return within.evaluate((root) => {
    type Colour = [number, number, number, number];
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const parse = (colour: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r!, g!, b!, a! / 255];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const luminance = ([r, g, b]: Colour) => {
      const linear = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    };
    const ancestors = (element: Element) => {
      const chain: Element[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) chain.unshift(at);
      return chain;
    };

    const found: TextColour[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent!.trim();
      const element = walker.currentNode.parentElement!;
      if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
      // The canvas's colour is white or, in the dark theme, black enough: every page paints its own ground.
      let background: Colour = [255, 255, 255, 1];
      let opacity = 1;
      for (const at of ancestors(element)) {
        background = over(parse(getComputedStyle(at).backgroundColor), background);
        opacity *= Number(getComputedStyle(at).opacity);
      }
      const computed = getComputedStyle(element).color;
      const [r, g, b, a] = parse(computed);
      const painted = over([r, g, b, a * opacity], background);
      const [light, dark] = [luminance(painted), luminance(background)].sort((x, y) => y - x) as [number, number];
      found.push({
        text,
        computed,
        painted: [Math.round(painted[0]), Math.round(painted[1]), Math.round(painted[2])],
        contrast: (light + 0.05) / (dark + 0.05),
      });
    }
    return found;
  });
}
