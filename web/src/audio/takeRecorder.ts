/** Records what the microphone hears as a WAV file: a beatboxed take, or a drum loop that plays in the room. */

import { encodeWav } from "./wavFile";

export const LONGEST_TAKE_SECONDS = 60;

/** A recording that runs. */
export interface Take {
  /** Ends it; what was heard, as a file. */
  stop(): Promise<File>;
  /** Ends it without a file. */
  drop(): void;
}

const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }; // drums are noise to them

/** Why the browser gives no microphone, in words. */
export function whyNoMicrophone(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "The browser was not allowed the microphone: allow it in the page's settings, then press again.";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "There is no microphone: plug one in, or drop a sound file instead.";
  if (name === "NotReadableError") return "The microphone is in use by another program: close that one, then press again.";
  return `The microphone cannot be recorded: ${error instanceof Error ? error.message : String(error)}.`;
}

/** Start to record. Rejects with an Error in words where the browser gives no microphone. */
export async function recordTake(): Promise<Take> {
  const devices = navigator.mediaDevices as MediaDevices | undefined; // there is none on an address that is not secure
  if (!devices) throw new Error("Browsers record only on this machine's own address or over https: open the page there, or drop a sound file instead.");
  const stream = await devices.getUserMedia({ audio: RAW }).catch((error: unknown) => {
    throw new Error(whyNoMicrophone(error));
  });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  const ended = new Promise<void>((resolve) => {
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => resolve();
  });
  const end = () => {
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  };
  recorder.start();
  return {
    drop: end,
    stop: async () => {
      end();
      await ended;
      return wavOf(new Blob(parts), takeName(new Date()));
    },
  };
}

export const takeName = (when: Date): string => `take ${when.toTimeString().slice(0, 8).replaceAll(":", "-")}.wav`;

/** The first channel as WAV, which the server reads: what browsers record it does not. */
async function wavOf(recorded: Blob, name: string): Promise<File> {
  const context = new OfflineAudioContext(1, 1, 44_100);
  const heard = await context.decodeAudioData(await recorded.arrayBuffer()).catch(() => {
    throw new Error("Nothing was recorded: speak or play into the microphone for half a second or more.");
  });
  return new File([encodeWav([heard.getChannelData(0)], heard.sampleRate)], name, { type: "audio/wav" });
}
