/** JSON as servers and exports have it; of this library and its kin alone. */
package io.kvapp.client.json;
