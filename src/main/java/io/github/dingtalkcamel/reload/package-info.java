/**
 * The files of routes: which there are, which takes the place of which, and how an edited one goes live while messages flow (contract 3, "The routes
 * directory").
 */
package io.github.dingtalkcamel.reload;
