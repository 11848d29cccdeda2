import posthog from "/posthog.js";
const rate = { recordCanvas: true, canvasFps: 4, canvasQuality: "0.9" };
posthog.init("phc_pages", {
  api_host: location.origin,
  defaults: "2026-05-30",
  opt_out_useragent_filter: true,
  session_recording: { maskAllInputs: false, captureCanvas: rate },
});
