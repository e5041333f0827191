/**
 * The admin API under {@code /api/dingtalk}: integrations, bindings, conversations, messages and dead letters.
 *
 * <p>Called by the {@code admin-} routes. It reads and changes what {@code conversation}, {@code turn} and {@code inbound} hold, and uses
 * {@code doctor}; nothing else uses it.
 */
package io.github.dingtalkcamel.admin;
