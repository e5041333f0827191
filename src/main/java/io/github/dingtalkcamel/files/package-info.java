/** Files and pictures, out and in (protocol 6.6, 3.5): where they may come from, what DingTalk takes, and fetching what people sent. */
package io.github.dingtalkcamel.files;
