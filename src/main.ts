/**
 * The process: environment -> settings -> services -> application -> listen; signals -> close. The only file that reads the
 * environment or ends the process. A bad setting ends it with 1 and a line for each fault. SIGTERM and SIGINT let what is
 * under way finish, for 10 s at most, and end it with 0; a second one ends it at once. SIGHUP reads the keys file again.
 */

import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

enableCompileCache();

// Imported after the cache is on, so that it holds for everything.
const { start } = await import('./process.ts');
await start(process.env);

// Left to itself the engine judges by the first few hundred sessions where every later one is kept: docs/decisions/heap.md.
// Not before everything is loaded, or it takes its own caches for another engine's and starts slower.
setFlagsFromString('--no-allocation-site-pretenuring');
