import type { Installation, PlainOrSecret, SecretInput } from './installation.ts'

/** Every secret of the installation, in the order of the file's sections. */
export function secretInputs(it: Installation): readonly SecretInput[] {
  const { admin, application } = it.objectStorage
  const candidates: readonly (PlainOrSecret | undefined)[] = [
    ...it.registries.flatMap(({ username, password }) => [username, password]),
    admin.accessKey,
    admin.secretKey,
    application.accessKey,
    application.secretKey,
    it.database.url,
    it.encryption.rsaPrivateKey,
    it.license.token,
    it.admin.username,
    it.admin.password,
    ...Object.values(it.environment).flatMap((variables) => Object.values(variables)),
  ]
  return candidates.filter((one): one is SecretInput => typeof one === 'object')
}
