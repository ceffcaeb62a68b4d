package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.HttpSetting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ChangesEndpointTest {
  @AutoClose private V1Client client = V1Client.inMemory();

  @Test
  void changes_withoutAfter_tellsWhereToBegin() throws IOException {
    long revision = client.store().put("a", "1");
    Answer answer = client.call("GET", "/v1/changes?wait=60s");
    assertThat(answer.text())
        .isEqualTo("{\"changes\":[],\"revision\":" + revision + ",\"more\":false}");
    assertThat(answer.header("KVApp-Revision")).contains(Long.toString(revision));
    assertThat(client.call("GET", "/v1/changes?wait=50ms&after=" + revision).text())
        .isEqualTo(answer.text());
    assertThat(client.call("GET", "/v1/changes?wait=0ms&after=" + revision).status())
        .isEqualTo(200);
    assertThat(client.call("GET", "/v1/changes?wait=0&after=" + revision).text())
        .isEqualTo(answer.text());
  }

  @Test
  void changes_pages_neverSplitARevision() throws IOException {
    long start = client.store().put("a", "1");
    for (int number = 0; number < 5; number++) {
      client.store().commit(new Batch().put("x", "1").put("y", "2").put("z", "3"));
    }
    client.store().delete("x");
    long revision = client.store().revision();
    for (int limit : new int[] {1, 3, 4, 7, 100}) {
      List<Long> told = new ArrayList<>();
      JsonObject page;
      long after = start;
      do {
        page = V1Client.json(client.call("GET", "/v1/changes?limit=" + limit + "&after=" + after));
        int size = page.getAsJsonArray("changes").size();
        assertThat(size).isBetween(1, Math.max(3, limit));
        page.getAsJsonArray("changes")
            .forEach(change -> told.add(change.getAsJsonObject().get("revision").getAsLong()));
        after = page.get("revision").getAsLong();
      } while (page.get("more").getAsBoolean());
      assertThat(after).isEqualTo(revision);
      assertThat(told).hasSize(16).isSorted();
    }
  }

  @Test
  void changes_waiting_isWokenByAWrite() throws IOException {
    long start = client.store().put("a", "1");
    try (RawClient poll = new RawClient(client.port())) {
      poll.send("GET /v1/changes?prefix=b&wait=60s&after=" + start + " HTTP/1.1\r\n");
      poll.send("Host: localhost\r\n\r\n");
      client.store().put("a", "2");
      long put = client.store().put("b", "1");
      assertThat(poll.read().text())
          .isEqualTo(
              "{\"changes\":[{\"type\":\"put\",\"key\":\"b\",\"value\":\"1\",\"size\":1,"
                  + "\"revision\":"
                  + put
                  + "}],\"revision\":"
                  + put
                  + ",\"more\":false}");
    }
  }

  @Test
  void changes_waitingForAClientThatLeft_givesItsPlaceBack() throws IOException {
    client.close();
    client = new V1Client(HttpEndpoint.builder().set(HttpSetting.MAX_WATCHERS, 1));
    String poll = "/v1/changes?wait=60s&after=" + client.store().put("a", "1");
    try (RawClient gone = new RawClient(client.port())) {
      String request = "GET " + poll + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      gone.send(request);
      int status = 200;
      while (status == 200) {
        if (gone.socket().getInputStream().available() > 0) {
          // The place was taken by the request below.
          assertThat(gone.read().status()).isEqualTo(503);
          gone.send(request);
        }
        status = client.call("GET", poll.replace("60s", "1ms")).status();
      }
      assertThat(status).isEqualTo(503);
    }
    int status = 503;
    while (status == 503) {
      status = client.call("GET", poll.replace("60s", "1ms")).status();
    }
    assertThat(status).isEqualTo(200);
  }
}
