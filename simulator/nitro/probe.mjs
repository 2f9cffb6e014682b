// Asks the module of the enclave what it measured, by production's own device and codec, and prints it on one line.
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { nsmSystem, openNsmDevice } from '@perf-aggregator/enclave/nsm/device';
import { createNsm } from '@perf-aggregator/enclave/nsm/module';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';

try {
  const nsm = createNsm(openNsmDevice('/dev/nsm', nsmSystem), AWS_NITRO_ROOT_G1);
  const pcrs = await nsm.describePcrs();
  const said = Object.fromEntries([0, 1, 2].map((index) => [index, encodeHex(pcrs.get(index))]));
  console.log(`probe: ${JSON.stringify({ pcrs: said, random: (await nsm.random(300)).length })}`);
} catch (error) {
  console.log(`probe: ${JSON.stringify({ code: error.code ?? String(error) })}`);
}
