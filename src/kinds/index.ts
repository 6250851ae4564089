import { type AnyKind, forget } from './anyKind.ts'
import { bucket } from './bucket.ts'
import { image } from './image.ts'
import { namespace } from './namespace.ts'
import { release } from './release.ts'
import { secret } from './secret.ts'

/** Every sort of resource an installation has. Adding a kind: one file, one line here, one test. */
export const KINDS: readonly AnyKind[] = [forget(namespace), forget(bucket), forget(image), forget(secret), forget(release)]
