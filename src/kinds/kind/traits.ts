import type { Installation } from '../../installation/installation.ts'
import type { Address } from '../../values/address.ts'
import type { Json, JsonPointer } from '../../values/json.ts'
import type { Sealed } from '../../values/sealed.ts'
import type { View } from '../../world/ports.ts'

/** How plans and reports group the fields of a resource that consists of objects. */
export type ObjectGroups = {
  /** The fact of an object's field is `BELOW/OBJECT/FIELD`. */
  readonly below: JsonPointer
  /** A field that every object has: where it is added or removed, the whole object is. */
  readonly marker: JsonPointer
  /** What an object is that exists and is not declared. */
  readonly undeclared: string
}

/** The kind whose resource holds the installation's encryption key: all fingerprints are keyed by it. */
export type EncryptionKeyRole = {
  locate(installation: Installation): { readonly address: Address; readonly pointer: JsonPointer }
  /** The key as it is in the cluster; undefined where there is none or it cannot be read. */
  read(view: View, installation: Installation): Promise<Sealed | undefined>
  /** The id of the key by which these facts of such a resource were fingerprinted. */
  keyIdOf(facts: Json): string | undefined
}

/** What the other stages need to know of a kind; all of it is data or pure, except for reads. */
export type KindTraits = {
  readonly objects?: ObjectGroups
  /** Where the file names a resource of this kind, the best place first. */
  readonly namedAt?: readonly JsonPointer[]
  /** The command with which an operator removes a resource that groundcrew did not create. */
  readonly manualRemoval?: (address: Address) => string
  readonly encryptionKey?: EncryptionKeyRole
  /** True where the creation of such a resource means a new installation. */
  readonly isInstallation?: boolean
}
