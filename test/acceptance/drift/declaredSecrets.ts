import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../support/installation.ts'

/** The secret inputs of the file that groundcrew does not log in with. */
const INPUTS = ['database-url', 'encryption.pem', 'license.jwt', 'admin-password', 'application-access-key', 'application-secret-key']

/** Runs an action while these inputs are missing: drift needs none of them. */
export async function withoutDeclaredSecrets<T>(installation: LabInstallation, act: () => Promise<T>): Promise<T> {
  const path = (name: string) => join(installation.folder, name)
  for (const name of INPUTS) await rename(path(name), path(`${name}.hidden`))
  try {
    return await act()
  } finally {
    for (const name of INPUTS) await rename(path(`${name}.hidden`), path(name))
  }
}
