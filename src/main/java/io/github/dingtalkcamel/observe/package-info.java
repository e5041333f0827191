/**
 * What operators see: health checks, metrics, JMX, Hawtio, and the banner after the start.
 *
 * <p>Called by Camel's management and by the program's start. It reads every other package and is used by none.
 */
package io.github.dingtalkcamel.observe;
