// Makes the enclave image file of perf-aggregator-enclave with AWS's nitro-cli, and measures it with our own reader: two
// programs that read the format must say the same. eif.mjs OUT.eif. With EIF_PRIVATE_KEY and EIF_CERTIFICATE (PEM files)
// the image is signed (PCR8). Exit code 3: no nitro-cli; 1: it failed, or the two disagree.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MEASURE = fileURLToPath(new URL('../../perf-aggregator', import.meta.url));

class Refused extends Error {
  constructor(code, message, exit = 1) {
    super(`${code}: ${message}`);
    this.exit = exit;
  }
}

function main([out = 'dist/images/enclave.eif']) {
  const said = run('nitro-cli', buildArguments(out), 'eif_build_failed').Measurements;
  const own = run(MEASURE, ['measure', out, '--json'], 'eif_unreadable').pcrs;
  for (const [index, hex] of Object.entries(own)) {
    if (said[`PCR${index}`]?.toLowerCase() === hex) continue;
    throw new Refused(
      'eif_measurement_mismatch',
      `PCR${index}: nitro-cli says ${said[`PCR${index}`]}, we ${hex}`,
    );
  }
  for (const [index, hex] of Object.entries(own)) console.log(`PCR${index}  ${hex}`);
  console.log(`${out}: nitro-cli and ./perf-aggregator measure agree`);
}

function buildArguments(out) {
  const { EIF_PRIVATE_KEY: key, EIF_CERTIFICATE: certificate } = process.env;
  const signed = key && certificate ? ['--private-key', key, '--signing-certificate', certificate] : [];
  return ['build-enclave', '--docker-uri', 'perf-aggregator-enclave:latest', '--output-file', out, ...signed];
}

/** Runs a program that prints JSON. */
function run(program, parameters, code) {
  const { error, status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (error?.code === 'ENOENT') {
    throw new Refused(
      'nitro_cli_absent',
      'image files are built with AWS nitro-cli and Docker, on Amazon Linux (aws-nitro-enclaves-cli): docs/release.md',
      3,
    );
  }
  if (status !== 0) throw new Refused(code, `${program} ended with ${status}\n${stderr}`);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Refused(code, `${program} printed no JSON\n${stdout}`);
  }
}

try {
  main(process.argv.slice(2));
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  console.error(refused.message);
  process.exitCode = refused.exit;
}
