/** Several videos that play as one: the longest leads, and the others follow its time. */

export const FRAMES_PER_SECOND = 24;
const DRIFT_SECONDS = 0.06;

/** The frame that is shown at a moment. */
export const frameAt = (seconds, fps) => Math.max(0, Math.floor(seconds * fps + 1e-3));

/** A moment in the middle of a frame, where no rounding leads into its neighbour. */
export const momentOf = (frame, fps) => (frame + 0.5) / fps;

export class InStep {
  /** `drawn(frame, isPlaying)` is told what is shown; `later` is requestAnimationFrame. */
  constructor(videos, { fps = FRAMES_PER_SECOND, drawn = () => {}, later = (work) => requestAnimationFrame(work) } = {}) {
    Object.assign(this, { videos, fps, drawn, later });
    this.waiting = new Map(); // moments that videos go to when they have arrived at an earlier one
    this.loops = true;
    this.isPlaying = false;
  }

  get leader() {
    return this.videos.reduce((longest, one) => ((one.duration || 0) > (longest.duration || 0) ? one : longest));
  }

  /** How many frames the longest has; 1 as long as no length is known. */
  get frames() {
    return Math.max(1, Math.round((this.leader.duration || 0) * this.fps));
  }

  get frame() {
    return Math.min(this.frames - 1, frameAt(this.timeOf(this.leader), this.fps));
  }

  timeOf(video) {
    return this.waiting.get(video) ?? video.currentTime;
  }

  /** Show one frame of all; a video that is shorter stays at its last. */
  seek(frame) {
    const target = Math.min(Math.max(0, frame), this.frames - 1);
    this.align(momentOf(target, this.fps));
    this.drawn(target, this.isPlaying);
  }

  step(frames) {
    const from = this.frame;
    this.pause();
    this.seek(from + frames);
  }

  toggle() {
    return this.isPlaying ? this.stop() : this.play();
  }

  async play() {
    if (this.frame >= this.frames - 1) this.seek(0);
    this.isPlaying = true;
    this.align(this.timeOf(this.leader));
    await Promise.all(this.videos.map((one) => one.play().catch(() => {}))); // one that cannot be played stands still
    this.later(() => this.follow());
  }

  /** Pause where all show the same frame. */
  stop() {
    const { frame } = this;
    this.pause();
    this.seek(frame);
  }

  pause() {
    this.isPlaying = false;
    this.videos.forEach((one) => one.pause());
  }

  /** Called with every picture of the screen while it plays. */
  follow() {
    if (!this.isPlaying) return;
    const { leader } = this;
    if (leader.ended) return this.end();
    for (const one of this.videos) if (this.hasDrifted(one)) this.move(one, leader.currentTime);
    this.drawn(this.frame, true);
    this.later(() => this.follow());
  }

  hasDrifted(video) {
    const { currentTime } = this.leader;
    const isOver = video.ended || currentTime >= video.duration;
    return !isOver && !video.seeking && Math.abs(video.currentTime - currentTime) > DRIFT_SECONDS;
  }

  end() {
    if (!this.loops) return this.stop();
    this.seek(0);
    return this.play();
  }

  align(seconds) {
    for (const one of this.videos) {
      const last = Math.max(0, (one.duration || seconds) - 0.5 / this.fps);
      this.move(one, Math.min(seconds, last));
    }
  }

  /** One move at a time: Chromium no longer plays a video that is sent on again and again before it has arrived. */
  move(video, seconds) {
    if (!video.seeking) {
      video.currentTime = seconds;
      return;
    }
    if (!this.waiting.has(video)) video.addEventListener("seeked", () => this.moveOn(video), { once: true });
    this.waiting.set(video, seconds);
  }

  moveOn(video) {
    const seconds = this.waiting.get(video);
    this.waiting.delete(video);
    video.currentTime = seconds;
  }
}
