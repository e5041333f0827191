/**
 * The tools for clients of the Model Context Protocol (MCP), by its official SDK.
 *
 * <p>Called by the route {@code tool-mcp}. It uses {@code tool} for what there is to call, and {@code server}; nothing else uses it.
 */
package io.github.dingtalkcamel.mcp;
