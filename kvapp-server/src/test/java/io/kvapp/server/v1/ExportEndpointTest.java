package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportEndpointTest {
  @AutoClose private final V1Client client = V1Client.inMemory();

  @Test
  void export_entries_areLinesWithAnEnd() throws IOException {
    long first = client.store().put("a/1", "x\ny");
    client.store().put(new byte[] {'a', '/', (byte) 0xff}, new byte[] {(byte) 0xfe});
    long last = client.store().put("b", "");
    Answer all = client.call("GET", "/v1/export");
    assertThat(all.status()).isEqualTo(200);
    assertThat(all.header("Content-Type")).contains("application/x-ndjson");
    assertThat(all.header("KVApp-Revision")).contains(Long.toString(last));
    assertThat(all.text())
        .isEqualTo(
            "{\"key\":\"a/1\",\"value\":\"x\\ny\",\"size\":3,\"revision\":"
                + first
                + "}\n{\"key_base64\":\"YS//\",\"value_base64\":\"/g==\",\"size\":1,\"revision\":"
                + (first + 1)
                + "}\n{\"key\":\"b\",\"value\":\"\",\"size\":0,\"revision\":"
                + last
                + "}\n{\"end\":true,\"entries\":3,\"revision\":"
                + last
                + "}\n");
    assertThat(client.call("GET", "/v1/export?prefix=a/&from=a/2").text())
        .startsWith("{\"key_base64\":\"YS//\"")
        .endsWith("{\"end\":true,\"entries\":1,\"revision\":" + last + "}\n");
    assertThat(client.call("HEAD", "/v1/export").header("KVApp-Revision"))
        .contains(Long.toString(last));
    assertThat(V1Client.code(client.call("GET", "/v1/export?limit=1")))
        .isEqualTo("unknown-parameter");
  }

  @Test
  void export_manyPages_areOfOneMoment() throws IOException {
    for (int number = 0; number < 5_000; number++) {
      client.store().put("k%04d".formatted(number), "x".repeat(number % 300));
    }
    client.store().put("large", "x".repeat(2 << 20));
    String[] lines = client.call("GET", "/v1/export").text().split("\n");
    assertThat(lines).hasSize(5_002);
    assertThat(lines[5_001]).startsWith("{\"end\":true,\"entries\":5001,");
  }

  @Test
  void import_ofAnExport_isTheSameStore() throws IOException {
    for (int number = 0; number < 1_200; number++) {
      client.store().put("k%04d".formatted(number), "x".repeat(number % 300) + "\u0000ő");
    }
    client.send("PUT", "/v1/kv/t?ttl=1h", "1");
    String export = client.call("GET", "/v1/export").text();
    try (V1Client other = new V1Client()) {
      Answer imported = other.send("POST", "/v1/import?sync=true", export);
      assertThat(imported.status()).isEqualTo(200);
      assertThat(imported.header("KVApp-Durability")).contains("sync");
      assertThat(imported.text())
          .isEqualTo(
              "{\"imported\":1201,\"skipped\":0,\"revision\":"
                  + imported.header("KVApp-Revision").orElseThrow()
                  + "}");
      assertThat(withoutRevisions(other.call("GET", "/v1/export").text()))
          .isEqualTo(withoutRevisions(export));
    }
  }

  @Test
  void import_chunkedAndLargerThanABody_isTaken() throws IOException {
    String line = "{\"key\":\"k\",\"value\":\"" + "x".repeat(100_000) + "\"}\n";
    StringBuilder chunks = new StringBuilder();
    for (int count = 0; count < 60; count++) {
      chunks.append(Integer.toHexString(line.length())).append("\r\n").append(line).append("\r\n");
    }
    Answer imported =
        client.call(
            "POST", "/v1/import", "Transfer-Encoding: chunked", "", chunks.append("0").toString());
    assertThat(imported.text()).startsWith("{\"imported\":60,\"skipped\":0,");
  }

  @Test
  void import_ofNothingWithSync_syncsWhatWasWrittenBefore(@TempDir Path folder) throws IOException {
    KVServer.Builder onDisk = KVServer.builder().dataFolder(folder.resolve("store"));
    try (V1Client other = new V1Client(onDisk, HttpEndpoint.builder())) {
      other.store().put("a", "1");
      long before = other.store().admin().stats().syncs();
      assertThat(other.send("POST", "/v1/import?sync=true", "").text())
          .startsWith("{\"imported\":0,");
      assertThat(other.store().admin().stats().syncs()).isGreaterThan(before);
    }
  }

  @Test
  void import_badLine_is422() throws IOException {
    Answer refused = client.send("POST", "/v1/import", "{\"key\":\"a\",\"value\":\"\"}\nx\n");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(V1Client.code(refused)).isEqualTo("bad-line");
    assertThat(V1Client.json(refused).get("line").getAsInt()).isEqualTo(2);
    assertThat(V1Client.json(refused).get("imported").getAsInt()).isZero();
  }

  private static String withoutRevisions(String export) {
    return export.replaceAll("\"revision\":\\d+", "");
  }
}
