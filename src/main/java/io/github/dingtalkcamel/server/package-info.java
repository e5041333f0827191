/**
 * What every HTTP server of the process has in common: HTTP/1.1 only, bounds on connections and bodies, deadlines, authentication and the
 * form of refusals. Nothing here knows what a request is for.
 *
 * <p>Used by the application's servers, the API's routes and the simulator.
 */
package io.github.dingtalkcamel.server;
