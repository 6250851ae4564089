import type { Installation, PlainOrSecret, SecretInput } from '../installation.ts'

/** What groundcrew itself logs in with: all that looking at the servers takes. */
export function loginInputs(it: Installation): readonly SecretInput[] {
  const { admin } = it.objectStorage
  const logins = it.registries.flatMap(({ username, password }) => [username, password])
  return [...logins, admin.accessKey, admin.secretKey].filter(isSecret)
}

/** Every secret of the installation, in the order of the file's sections. */
export function secretInputs(it: Installation): readonly SecretInput[] {
  const { application } = it.objectStorage
  const candidates: readonly (PlainOrSecret | undefined)[] = [
    ...loginInputs(it),
    application.accessKey,
    application.secretKey,
    it.database.url,
    it.encryption.rsaPrivateKey,
    it.license.token,
    it.admin.username,
    it.admin.password,
    ...Object.values(it.environment).flatMap((variables) => Object.values(variables)),
  ]
  return candidates.filter(isSecret)
}

function isSecret(one: PlainOrSecret | undefined): one is SecretInput {
  return typeof one === 'object'
}
