// Preloaded into a Node process: leaves the URL of every module that is loaded in LOADED_FILE, a line each.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load: (url, context, next) => {
    appendFileSync(process.env.LOADED_FILE, `${url}\n`)
    return next(url, context)
  },
})
