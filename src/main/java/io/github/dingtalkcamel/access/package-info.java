/** Who reaches the HTTP servers: by which names they are called, and what is done about guesses of tokens and passwords. */
package io.github.dingtalkcamel.access;
