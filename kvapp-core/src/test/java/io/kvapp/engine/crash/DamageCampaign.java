package io.kvapp.engine.crash;

import io.kvapp.engine.file.WorkerThread;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Damage of every kind to every file of folders of stores that were closed and that were killed.
 */
final class DamageCampaign {
  private static final long TIME_LIMIT_SECONDS = 120;

  private DamageCampaign() {}

  /** Damages a file so many times, each time one of the folders as it was. */
  static FaultCampaign.Result random(int cycles, long firstSeed) throws IOException {
    int noticed = 0;
    List<String> losses = new ArrayList<>();
    try (ScratchFolder root = ScratchFolder.inMemory()) {
      DamageSamples samples = new DamageSamples(root.path());
      for (int i = 0; i < cycles; i++) {
        long seed = firstSeed + i;
        Random random = new Random(seed * 0x9e37_79b9L);
        DamageSamples.Sample sample = samples.samples.get(i % samples.samples.size());
        String what = "nothing";
        try (ScratchFolder scratch = ScratchFolder.inMemory()) {
          Path folder = Files.createDirectory(scratch.path().resolve("store"));
          DamageSamples.copy(sample.path(), folder);
          what = new Damage(folder, random).inflict();
          noticed += inTime(new DamageRun(samples, sample, folder)) ? 1 : 0;
        } catch (AssertionError | RuntimeException failure) {
          losses.add("seed " + seed + ", " + sample.name() + ", " + what + ": " + failure);
        }
      }
    }
    return new FaultCampaign.Result(cycles, noticed, losses);
  }

  /** Cuts the journal of a killed store at every so many bytes. */
  static FaultCampaign.Result journalCuts(int step, long offset) throws IOException {
    int cycles = 0;
    int noticed = 0;
    List<String> losses = new ArrayList<>();
    try (ScratchFolder root = ScratchFolder.inMemory()) {
      DamageSamples samples = new DamageSamples(root.path());
      for (DamageSamples.Sample sample : samples.samples.subList(1, 3)) {
        Path journal = DamageSamples.newestJournal(sample.path());
        int used = usedBytes(Files.readAllBytes(journal));
        for (int length = (int) (offset % step); length <= used; length += step) {
          cycles++;
          try (ScratchFolder scratch = ScratchFolder.inMemory()) {
            Path folder = Files.createDirectory(scratch.path().resolve("store"));
            DamageSamples.copy(sample.path(), folder);
            try (var channel =
                FileChannel.open(folder.resolve(journal.getFileName()), StandardOpenOption.WRITE)) {
              channel.truncate(length);
            }
            noticed += inTime(new DamageRun(samples, sample, folder)) ? 1 : 0;
          } catch (AssertionError | RuntimeException failure) {
            losses.add(sample.name() + ", cut to " + length + ": " + failure);
          }
        }
      }
    }
    return new FaultCampaign.Result(cycles, noticed, losses);
  }

  private static int usedBytes(byte[] bytes) {
    int used = bytes.length;
    while (used > 0 && bytes[used - 1] == 0) {
      used--;
    }
    return used;
  }

  private static boolean inTime(DamageRun run) {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                try {
                  return run.check();
                } catch (IOException failure) {
                  throw new IllegalStateException(failure);
                }
              },
              task -> WorkerThread.thread("damage", task).start())
          .orTimeout(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)
          .join();
    } catch (CompletionException failure) {
      throw new AssertionError(failure.getCause().toString(), failure.getCause());
    }
  }
}
