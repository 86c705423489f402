// Draws avatars: node draw.mjs COUNT SIZE; per picture one line of JSON, then SIZE x SIZE x 4 bytes, on standard output.
import { createAvatar } from "@dicebear/core";
import { lorelei, notionists, openPeeps, pixelArt, thumbs } from "@dicebear/collection";
import { Resvg } from "@resvg/resvg-js";
import { writeSync } from "node:fs";

const BACKGROUNDS = ["b6e3f4", "c0aede", "d1d4f9", "ffd5dc", "ffdfbf", "d5f0d0", "f6eec7", "e3e3e3"];
const HAIR = ["1b1714", "4a312c", "724133", "a55728", "b58143", "d6b370", "c93305", "e8e1e1", "5b6d9c", "b5547a"];
const SKIN = ["ffe4d0", "ffdbb4", "edb98a", "d08b5b", "ae5d29", "7c4a32"];

const STYLES = [
  ["lorelei", lorelei, {
    hairColor: HAIR, skinColor: SKIN, glassesProbability: 30, beardProbability: 15, earringsProbability: 20,
    frecklesProbability: 15, hairAccessoriesProbability: 15, mouthColor: ["000000", "a8323e"],
  }],
  ["notionists", notionists, { glassesProbability: 30, beardProbability: 20, gestureProbability: 0, scale: 120 }],
  ["open-peeps", openPeeps, { facialHairProbability: 20, accessoriesProbability: 30, maskProbability: 0 }],
  ["pixel-art", pixelArt, { beardProbability: 15, glassesProbability: 30, hatProbability: 15 }],
  ["thumbs", thumbs, {}],
];
// A part that is absent is no attribute, and neither is its colour.
const ALWAYS = new Set(["hairColor", "skinColor", "clothingColor", "headContrastColor", "shapeColor"]);

function attributes(extra) {
  const chosen = {};
  for (const [key, value] of Object.entries(extra)) {
    if (value === undefined || value === null) continue;
    const part = key.endsWith("Color") ? key.slice(0, -5) : key;
    if (key !== part && !ALWAYS.has(key) && extra[part] === undefined) continue;
    chosen[key] = value;
  }
  chosen.backgroundColor = extra.primaryBackgroundColor;
  for (const key of ["primaryBackgroundColor", "secondaryBackgroundColor", "backgroundType", "backgroundRotation"]) {
    delete chosen[key];
  }
  return chosen;
}

function send(bytes) {
  let sent = 0;
  while (sent < bytes.length) sent += writeSync(1, bytes, sent);
}

const [count, size] = process.argv.slice(2).map(Number);
for (let i = 0; i < count; i++) {
  const [name, style, options] = STYLES[i % STYLES.length];
  const avatar = createAvatar(style, {
    ...options, seed: `avatar ${i}`, size, backgroundColor: BACKGROUNDS, backgroundType: ["solid"],
  });
  const { svg, extra } = avatar.toJson();
  const picture = new Resvg(svg, { fitTo: { mode: "width", value: size }, font: { loadSystemFonts: false } }).render();
  if (picture.width !== size || picture.height !== size) throw new Error(`${name} ${i} is not square`);
  send(Buffer.from(JSON.stringify({ style: name, ...attributes(extra) }) + "\n"));
  send(picture.pixels);
}
