// A nano model in the browser or under Node, without dependencies; docs/format.md is what it follows.
//
//   const model = await load("model/")                    // where model.json is; uses fetch
//   const model = read(modelJsonText, weightsArrayBuffer) // or from what is there already
//   model.predict("a text")                               // a class name
//   model.probabilities("a text")                         // { label: probability, ... }
//
// Checksums are not checked here: serve the folder from a place you trust.

const IGNORED = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
const SPACELESS = /^(?=[\p{L}\p{M}\p{N}])[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\u{20000}-\u{3ffff}]$/u;
const WORD = /^[\p{L}\p{M}\p{N}]$/u, SPACE = /^[\s\p{Cc}]$/u;
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

// Unicode's full case folding by way of upper case, letter by letter (so that no final sigma
// comes of it); the dotless i is left alone, and Cherokee folds to capitals.
const caseFold = (text) => Array.from(text, (c) =>
  c === "\u0131" ? c
  : /[\u13a0-\u13fd\uab70-\uabbf]/.test(c) ? c.toUpperCase()
  : Array.from(c.toUpperCase(), (one) => one.toLowerCase()).join("")).join("");

function fold(text) {
  for (;;) {
    const once = caseFold(text.replace(IGNORED, "").replaceAll("\u2019", "'")).normalize("NFKC");
    if (once === text) return text;
    text = once;
  }
}

export function tokens(text) {
  const chars = Array.from(fold(text)), found = [];
  const inWord = (c) => c !== undefined && WORD.test(c) && !SPACELESS.test(c);
  let word = "";
  chars.forEach((c, i) => {
    if (inWord(c) || (c === "'" && inWord(chars[i - 1]) && inWord(chars[i + 1]))) { word += c; return; }
    if (word) found.push(word);
    word = "";
    if (!SPACE.test(c)) found.push(c);
  });
  return word ? [...found, word] : found;
}

function crc32(text) {
  let crc = 0xffffffff;
  const put = (byte) => { crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8); };
  for (const c of text) { // UTF-8 by hand: TextEncoder would replace lone surrogates
    const p = c.codePointAt(0);
    if (p < 0x80) { put(p); continue; }
    if (p < 0x800) put(0xc0 | (p >> 6));
    else {
      if (p < 0x10000) put(0xe0 | (p >> 12));
      else { put(0xf0 | (p >> 18)); put(0x80 | ((p >> 12) & 63)); }
      put(0x80 | ((p >> 6) & 63));
    }
    put(0x80 | (p & 63));
  }
  return BigInt(~crc >>> 0);
}

export function ids(text, spec) {
  const words = ["<s>", ...tokens(Array.from(text).slice(0, spec.max_chars).join("")), "</s>"];
  const hashes = words.map(crc32), lone = words.map((word) => SPACELESS.test(word)), found = [];
  for (let start = 0, last = words.length - 1; start <= last; start++) {
    let state = 0x6a09e667f3bcc909n, alone = true;
    for (let end = start; end <= last && end - start < Math.max(spec.word_ngrams, spec.char_ngrams); end++) {
      const length = end - start + 1, virtual = start === 0 || end === last;
      state = BigInt.asUintN(64, ((state ^ hashes[end]) + 0x9e3779b97f4a7c15n) * 0xbf58476d1ce4e5b9n);
      state ^= state >> 32n;
      alone = alone && lone[end];
      if (virtual && (length === 1 || !spec.boundaries)) continue;
      if (length === 1 || length <= (alone ? spec.char_ngrams : spec.word_ngrams)) found.push(Number(state >> 32n));
    }
  }
  return found;
}

function tensors(buffer) {
  const kinds = { U8: Uint8Array, I8: Int8Array, F32: Float32Array };
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)));
  delete header.__metadata__;
  return Object.fromEntries(Object.entries(header).map(([name, { dtype, data_offsets: [from, to] }]) =>
    [name, new kinds[dtype](buffer.slice(start + from, start + to))]));
}

function exp(x) {
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const r = x - k * 0.693147180369123816490 - k * 1.90821492927058770002e-10;
  let p = 0;
  for (let i = 11, f = 39916800; i >= 0; f /= i || 1, i--) p = p * r + 1 / f;
  return p * 2 ** k;
}

export function read(json, buffer) {
  const { classes, student, calibration, task } = JSON.parse(json), { keys, rows, rows4, scales, unit, bias } = tensors(buffer);
  if (task !== "single-label") throw new Error("this reader gives one label a text, and the model gives several; use nanonet itself");
  if (!["temperature", "vector", "isotonic"].includes(calibration.kind)) throw new Error(`unknown calibration ${calibration.kind}`);
  if (student.kind !== "nano" || student.featuriser.version !== 1) throw new Error("not a nano model of version 1");
  const where = new Map();
  for (let at = 0, id = 0, row = 0; at < keys.length; where.set(id, row++)) {
    let byte, place = 1;
    do { byte = keys[at++]; id += (byte & 127) * place; place *= 128; } while (byte > 127);
  }
  const width = (classes.length + 1) >> 1; // of a row with two classes in a byte, four bits each, signed
  const half = (row, c) => rows4[row * width + (c >> 1)] << (c & 1 ? 24 : 28) >> 28;
  const score = rows4 ? half : (row, c) => rows[row * classes.length + c];
  function logits(text) {
    const grams = ids(text, student.featuriser), sums = new Float64Array(classes.length);
    for (const row of grams.map((id) => where.get(id))) {
      if (row === undefined) continue;
      const multiplier = (16 + (scales[row] & 15)) * 2 ** (scales[row] >> 4);
      classes.forEach((_, c) => { sums[c] += multiplier * score(row, c); });
    }
    const share = unit[0] / Math.sqrt(Math.max(1, grams.length));
    return Float32Array.from(sums, (sum, c) => bias[c] + sum * share);
  }
  function shares(text) {
    let scores = Array.from(logits(text));
    if (calibration.kind === "vector") scores = scores.map((x, c) => x * calibration.weights[c] + calibration.biases[c]);
    const most = Math.max(...scores), powers = scores.map((x) => exp(Math.max((x - most) / calibration.temperature, -700)));
    const total = powers.reduce((sum, power) => sum + power, 0), found = powers.map((power) => power / total);
    return calibration.kind === "isotonic" ? bent(found, scores.indexOf(most), calibration.knots) : found;
  }
  const probabilities = (text) => { const found = shares(text); return Object.fromEntries(classes.map((name, c) => [name, Math.fround(found[c])])); };
  const predict = (text) => { const found = calibration.kind === "vector" ? shares(text).map(Math.fround) : logits(text); return classes[found.indexOf(Math.max(...found))]; };
  return { classes, logits, probabilities, predict };
}

// The largest share as the knots have it, the others scaled to what is left.
function bent(shares, top, knots) {
  const right = Math.min(Math.max(knots.filter(([x]) => x <= shares[top]).length, 1), knots.length - 1);
  const [x0, y0] = knots[right - 1], [x1, y1] = knots[right];
  const part = (Math.min(Math.max(shares[top], knots[0][0]), knots.at(-1)[0]) - x0) / (x1 - x0);
  const others = shares.map((share, c) => c === top ? 0 : share), rest = others.reduce((sum, share) => sum + share, 0);
  const second = Math.max(...others) / rest * (1 + 1e-6), worth = Math.max(y0 + (y1 - y0) * part, second / (1 + second));
  const factor = (1 - worth) / rest;
  return others.map((share, c) => c === top ? worth : share * factor);
}

export async function load(folder) {
  const get = (name) => fetch(`${folder.replace(/\/$/, "")}/${name}`);
  return read(await (await get("model.json")).text(), await (await get("weights.safetensors")).arrayBuffer());
}
