/**
 * The database: one connection pool for SQLite or PostgreSQL, migrations, group commit, expiry, and the lock against a second process.
 *
 * <p>Used by the packages that keep something. It knows tables only where it removes what has expired.
 */
package io.github.dingtalkcamel.store;
