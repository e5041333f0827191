/** The people of an organisation, as far as an app may see them (protocol 6.7). */
package io.github.dingtalkcamel.contacts;
