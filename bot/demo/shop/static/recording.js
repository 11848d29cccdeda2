// Brings posthog-js from the recorder the page names. In the head and not a module, so
// that the calls of what follows have something to wait in while the SDK is loading.
// With ?build=full the SDK comes as one file that has its recorder in it, as an
// application would bundle it.
{
  const { recorder, token } = document.documentElement.dataset;
  const build = new URLSearchParams(location.search).get("build");
  if (build) sessionStorage.setItem("build", build);
  const options = {
    api_host: recorder,
    defaults: "2026-05-30",
    person_profiles: "identified_only",
    // Here a browser that a script drives is a customer too.
    opt_out_useragent_filter: true,
    // And a shop on the own machine a real one, whose requests are worth recording.
    loaded: ({ sessionRecording }) => {
      sessionRecording._forceAllowLocalhostNetworkCapture = true;
    },
  };

  if (sessionStorage.getItem("build") === "full") {
    const waiting = [];
    window.posthog = Object.fromEntries(
      ["identify", "capture", "reset"].map((name) => [
        name,
        (...given) => waiting.push([name, given]),
      ]),
    );
    import(`${recorder}/static/module.full.js`).then(({ posthog }) => {
      window.posthog = posthog;
      posthog.init(token, options);
      for (const [name, given] of waiting) posthog[name](...given);
    });
  } else {
    // What array.js looks for when it starts: who is to be set up, and what was called.
    const stub = Object.assign([], { __SV: 1, _i: [[token, options]], people: [] });
    for (const name of ["identify", "capture", "reset"]) {
      stub[name] = (...given) => stub.push([name, ...given]);
    }
    window.posthog = stub;
    const script = document.createElement("script");
    script.async = true;
    script.crossOrigin = "anonymous";
    script.src = `${recorder}/static/array.js`;
    document.head.append(script);
  }
}
