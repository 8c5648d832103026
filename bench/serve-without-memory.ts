/** The service with its in-process cache off, so that every cached answer comes from Redis: for the benchmark alone. */

import { start } from '../src/process.ts';

await start(process.env, { inProcessCache: false });
