// The egress proxy of the parent with production's logger (its lines go to /dev/null), led to the venue of the benchmark.
import { createEgressProxy } from '../../../parent/dist/egress/proxy.js';
import { createLog, logEvents } from '../../../parent/dist/log.js';
import { listen } from '../../../shared/dist/transport/socket.js';
import { answer } from '../part.mjs';

answer({
  async serve(path, port, maxConnections) {
    const proxy = createEgressProxy({
      allow: [{ host: 'venue.test', port: 443 }],
      resolver: async () => [{ address: '127.0.0.1', family: 4, trusted: true, port }],
      limits: { headTimeoutMs: 5_000, connectTimeoutMs: 5_000, idleTimeoutMs: 600_000, maxConnections },
      emit: logEvents(createLog('info')),
    });
    await listen(proxy.server, { kind: 'unix', path });
  },
});
