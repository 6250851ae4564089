import { bucket } from './bucket.ts'
import { type ErasedKind, eraseTypes } from './erasedKind.ts'
import { image } from './image.ts'
import { namespace } from './namespace.ts'
import { release } from './release.ts'
import { secret } from './secret.ts'

/** Every sort of resource an installation has. Adding a kind: one file, one line here, one test. */
export const KINDS: readonly ErasedKind[] = [
  eraseTypes(namespace),
  eraseTypes(bucket),
  eraseTypes(image),
  eraseTypes(secret),
  eraseTypes(release),
]
