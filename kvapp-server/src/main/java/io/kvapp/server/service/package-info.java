/**
 * What callers may do with entries: grants and limits between the endpoints and the store. It knows
 * no JSON.
 */
package io.kvapp.server.service;
