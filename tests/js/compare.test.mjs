import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, rateOf } from "../../web/js/compare.js";
import { InStep, frameAt, momentOf } from "../../web/js/playback.js";
import { videosOf } from "../../web/js/marked_jobs.js";

const asked = (parameters) => ({ parameters });

class Video {
  constructor(duration) {
    Object.assign(this, { duration, currentTime: 0, paused: true });
  }
  get ended() {
    return this.currentTime >= this.duration;
  }
  async play() {
    this.paused = false;
  }
  pause() {
    this.paused = true;
  }
}

/** Everything that promises have set off is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function started(...lengths) {
  const drawn = [];
  const waiting = [];
  const videos = lengths.map((length) => new Video(length));
  const all = new InStep(videos, { drawn: (frame) => drawn.push(frame), later: (work) => waiting.push(work) });
  return { all, videos, drawn, look: () => waiting.splice(0).forEach((work) => work()) };
}

test("what differs is named, in the order of the requests, and the rest is left out", () => {
  const rows = differences([asked({ prompt: "a door", take: 0, shots: [1] }), asked({ prompt: "a door", take: 1, shots: [2], seed: 7 })]);
  assert.deepEqual(rows, [["take", ["0", "1"]], ["shots", ["[1]", "[2]"]], ["seed", ["", "7"]]]);
  assert.deepEqual(differences([asked({ a: { b: 1 } }), asked({ a: { b: 1 } })]), []);
});

test("the rate is the one that all asked for, else 24", () => {
  assert.equal(rateOf([asked({ fps: 30 }), asked({ fps: 30 })]), 30);
  assert.equal(rateOf([asked({ fps: 30 }), asked({})]), 24);
  assert.equal(rateOf([asked({}), asked({})]), 24);
});

test("every frame is shown at a moment that leads back to it", () => {
  for (const fps of [23.976, 24, 25, 30]) for (let frame = 0; frame < 500; frame += 1) assert.equal(frameAt(momentOf(frame, fps), fps), frame);
});

test("all show the same frame, and a shorter one stays at its last", () => {
  const { all, videos, drawn } = started(5, 4);
  all.seek(10);
  assert.deepEqual(videos.map((one) => one.currentTime), [momentOf(10, 24), momentOf(10, 24)]);
  all.step(-1);
  all.seek(Infinity);
  assert.deepEqual(drawn, [10, 9, 119]);
  assert.equal(videos[1].currentTime, 4 - 0.5 / 24);
  all.step(1);
  assert.equal(all.frame, 119);
});

test("while they play, one that lags is set to the time of the longest", async () => {
  const { all, videos, look } = started(4, 5);
  await all.play();
  videos[1].currentTime = 2;
  videos[0].currentTime = 1.8;
  look();
  assert.equal(videos[0].currentTime, 2);
  videos[0].currentTime = 1.99;
  look();
  assert.equal(videos[0].currentTime, 1.99);
  all.toggle();
  assert.ok(videos.every((one) => one.paused));
  assert.equal(videos[0].currentTime, videos[1].currentTime);
});

test("at the end they begin again, or stand still where they do not loop", async () => {
  const { all, videos, look } = started(2, 2);
  await all.play();
  videos[0].currentTime = 2;
  look();
  await settled();
  assert.ok(all.isPlaying && videos[0].currentTime < 0.1);
  all.loops = false;
  videos[0].currentTime = 2;
  await settled();
  look();
  assert.ok(!all.isPlaying);
  assert.equal(all.frame, 47);
});

test("at most four videos are compared, all those of a job among them", () => {
  const jobs = [{ id: "a", clips: [1, 2, 3] }, { id: "b", clips: [4] }, { id: "c", clips: [5] }];
  assert.deepEqual(videosOf(jobs).map(({ place }) => place), [1, 2, 3, 4]);
});

test("a video that has not arrived yet is sent on when it has, to where it was sent last", () => {
  const { all, videos: [one, other] } = started(5, 5);
  const arrived = [];
  Object.assign(one, { seeking: true, addEventListener: (_, work) => arrived.push(work) });
  all.seek(3);
  all.step(1);
  assert.deepEqual([one.currentTime, other.currentTime, all.frame], [0, momentOf(4, 24), 4]);
  one.seeking = false;
  arrived.splice(0).forEach((work) => work());
  assert.deepEqual([one.currentTime, all.frame, arrived.length], [momentOf(4, 24), 4, 0]);
});
