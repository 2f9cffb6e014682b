// What the enclave's bundle leaves out of the packages that it holds, and why nothing of it is called.
// In its place stands a module whose every function throws `left_out_of_image`: a call would be seen, never obeyed.

/** By what is imported, as the importer writes it. */
export const LEFT_OUT = [
  { filter: /^undici$/, why: "ccxt's own way out; ours is given as fetchImplementation" },
  { filter: /^(ws|fflate)$/, why: "ccxt's WebSockets; exchanges are read over HTTPS" },
  { filter: /\/protobuf\/mexc\//, why: 'of a venue that is not read' },
  {
    filter: /\/static_dependencies\/(dydx-v4-client|zklink)\//,
    why: 'of venues that are not read; signs orders',
  },
  {
    filter: /^@aws-sdk\/credential-provider-/,
    why: 'credentials come with the boot request; these would ask files, programs and the metadata service',
  },
  { filter: /^@smithy\/credential-provider-imds$/, why: 'the metadata service: an address of the parent' },
  { filter: /\/locales\/index\.js$/, why: "zod's messages in forty languages; ours are in English" },
  { filter: /^cbor-extract$/, why: "cbor-x's native half: optional, and not installed" },
];

/** An esbuild plugin that leaves them out. */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const { filter } of LEFT_OUT) {
      build.onResolve({ filter }, ({ path, kind }) =>
        // What is imported late stays an import of what is not there.
        kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'left-out' },
      );
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({ contents: refusing(path) }));
  },
};

/** A CommonJS module that has every export; the proxy is its prototype, where esbuild's interop looks too. */
function refusing(path) {
  const message = JSON.stringify(`left_out_of_image: ${path}`);
  return `const refuse = function () { throw new Error(${message}); };
const get = (_, name) => (typeof name === 'symbol' || name === '__esModule' || name === 'then' ? undefined : refuse);
module.exports = Object.create(new Proxy({}, { get }));`;
}
