/**
 * What every HTTP server of the process has in common: HTTP/1.1 only, bounds on connections and bodies, deadlines. Nothing here knows
 * what a request is for.
 */
package io.github.dingtalkcamel.server;
