package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TourTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void embeddedTour_showsWhatItSays(@TempDir Path folder) {
    EmbeddedTour.run(folder, out);

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            city:szeged is Szeged
            city:atlantis is not there
            city:győr = Győr
            city:pécs = Pécs
            city:szeged = Szeged
            3 cities
            backwards in pages: [city:szeged, city:pécs] [city:győr]
            session:42 expires: true
            the first change won
            the second change lost
            the counter is 3
            the river was renamed: true
            backed up 6 entries
            after a restart there are still 6 entries
            restored 6 entries
            """);
  }

  @Test
  void remoteTour_showsWhatItSays() {
    RemoteTour.run(out);

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            city:szeged is Szeged
            city:győr = Győr
            city:szeged = Szeged
            SYNCED
            DELETE city:győr
            the server has 2 entries
            """);
  }

  @Test
  void httpTour_showsWhatItSays() throws Exception {
    HttpTour.run(out);

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            POST /api/insert {"key":"city:szeged","value":"Szeged"} -> 400 {"msg":"token is missing"}
            GET /api/auth -> 200, a token
            POST /api/insert {"key":"city:szeged","value":"Szeged"} -> 201 {"key":"city:szeged","value":"Szeged"}
            POST /api/insert {"key":"city:győr","value":"Győr"} -> 201 {"key":"city:győr","value":"Győr"}
            POST /api/search {"key":"city:szeged"} -> 200 {"key":"city:szeged","value":"Szeged"}
            POST /api/search {"key":"city:atlantis"} -> 204 (no body)
            POST /api/search {"prefix":"city:"} -> 200 {"prefix":"city:","result":[{"key":"city:győr","value":"Győr"},{"key":"city:szeged","value":"Szeged"}]}
            POST /api/search {"suffix":"city:"} -> 400 {"msg":"undefined parameter settings"}
            """);
  }
}
