using System.Text;
using Federated.Core.Privacy.Governance;
using Federated.Worker.Governance.Records;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Governance;

public sealed class ChainedLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_appended_is_there_after_a_restart_and_goes_on()
    {
        var first = await AppendAsync(3);
        var second = await AppendAsync(2);

        Assert.Equal((3, 5), (first.Entries, second.Entries));
        var (report, bodies) = Read();
        Assert.Null(report.Fault);
        Assert.Equal(second, report.Head);
        Assert.Equal(["""{"n":1}""", """{"n":2}""", """{"n":3}""", """{"n":1}""", """{"n":2}"""], bodies);
    }

    [Fact]
    public async Task Entry_and_head_are_on_the_disk_when_the_append_has_ended()
    {
        await using var log = ChainedLog.Open(_folder.Path, "log");

        var head = await log.AppendAsync("{}");

        var report = ChainReader.Read(_folder.Path, "log");
        Assert.Equal((head, head), (report.Head, report.Recorded));
    }

    [Fact]
    public async Task Entries_that_are_appended_at_once_all_get_a_place()
    {
        await using (var log = ChainedLog.Open(_folder.Path, "log", segmentBytes: 5000))
        {
            var heads = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => log.AppendAsync("{}")));
            Assert.Equal(Enumerable.Range(1, 1000), heads.Select(head => (int)head.Entries).Order());
        }
        var (report, bodies) = Read();
        Assert.Null(report.Fault);
        Assert.Equal(1000, bodies.Count);
    }

    [Fact]
    public async Task Segments_are_bounded_and_the_chain_goes_through_them()
    {
        var head = await AppendAsync(10, segmentBytes: 300);

        var (report, bodies) = Read();
        Assert.Null(report.Fault);
        Assert.Equal((head, 10), (report.Head, bodies.Count));
        Assert.InRange(report.Segments, 3, 10);
        Assert.All(Directory.GetFiles(_folder.Path, "*.jsonl"), file => Assert.InRange(new FileInfo(file).Length, 1, 600));
    }

    [Fact]
    public async Task Changed_byte_is_found_wherever_it_is()
    {
        await AppendAsync(3);
        var file = Path.Combine(_folder.Path, "log-000001.jsonl");
        var sound = await File.ReadAllBytesAsync(file);
        for (var i = 0; i < sound.Length; i++)
        {
            var changed = (byte[])sound.Clone();
            changed[i] ^= 1;
            await File.WriteAllBytesAsync(file, changed);
            Assert.NotNull(ChainReader.Read(_folder.Path, "log").Fault);
        }
    }

    [Theory]
    [InlineData("1 3 4", 2, "is entry 3, where entry 2 should be: entries are missing before it or changed places.")]   // removed
    [InlineData("1 3 2 4", 2, "is entry 3, where entry 2 should be: entries are missing before it or changed places.")]   // changed places
    [InlineData("1 2 2 3 4", 3, "is entry 2, where entry 3 should be: it was repeated, inserted or changed its place.")]
    [InlineData("1 2 x 3 4", 3, "is no entry of a record: it does not end with a hash.")]   // inserted
    [InlineData("2 3 4", 1, "is entry 2, where entry 1 should be: entries are missing before it or changed places.")]
    public async Task Removed_moved_and_inserted_lines_are_found(string order, int line, string message)
    {
        await AppendAsync(4);
        var lines = Lines();
        SetLines([.. order.Split(' ').Select(which => which == "x" ? "{}" : lines[int.Parse(which, System.Globalization.CultureInfo.InvariantCulture) - 1])]);

        var fault = ChainReader.Read(_folder.Path, "log").Fault!;

        Assert.Equal((line, $"this line {message}"), (fault.Line, fault.Message));
        Assert.Throws<RecordBrokenException>(() => ChainedLog.Open(_folder.Path, "log"));
    }

    [Fact]
    public async Task Forged_entry_with_a_right_hash_breaks_the_next()
    {
        await AppendAsync(3);
        var lines = Lines();
        var zero = ChainHead.Start;
        lines[0] = ChainLine.After(zero, """{"n":7}""").Line;
        SetLines(lines);

        Assert.Equal(2, ChainReader.Read(_folder.Path, "log").Fault!.Line);
    }

    [Theory]
    [InlineData(3, "the record ends with entry 3, and its head knows 4: 1 were cut off at the end.")]
    [InlineData(0, "the record ends with entry 0, and its head knows 4: 4 were cut off at the end.")]
    public async Task Cut_off_end_is_found_by_the_head(int left, string message)
    {
        await AppendAsync(4);
        SetLines(Lines()[..left]);

        Assert.Equal(message, ChainReader.Read(_folder.Path, "log").Fault!.Message);
        Assert.Throws<RecordBrokenException>(() => ChainedLog.Open(_folder.Path, "log"));
    }

    [Fact]
    public async Task Record_that_was_written_anew_does_not_fit_the_old_head()
    {
        await AppendAsync(2);
        var head = File.ReadAllText(Path.Combine(_folder.Path, "log.head"));
        File.Delete(Path.Combine(_folder.Path, "log-000001.jsonl"));
        File.Delete(Path.Combine(_folder.Path, "log.head"));
        await using (var log = ChainedLog.Open(_folder.Path, "log")) for (var i = 0; i < 3; i++) await log.AppendAsync("""{"forged":1}""");
        File.WriteAllText(Path.Combine(_folder.Path, "log.head"), head);

        Assert.StartsWith("entry 2 has not the hash that the head has for it", ChainReader.Read(_folder.Path, "log").Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_segment_and_missing_head_are_found()
    {
        await AppendAsync(10, segmentBytes: 300);
        File.Move(Path.Combine(_folder.Path, "log-000002.jsonl"), Path.Combine(_folder.Path, "away"));
        Assert.Equal("this segment is missing.", ChainReader.Read(_folder.Path, "log").Fault!.Message);

        File.Move(Path.Combine(_folder.Path, "away"), Path.Combine(_folder.Path, "log-000002.jsonl"));
        File.Delete(Path.Combine(_folder.Path, "log.head"));
        Assert.StartsWith("the head is missing", ChainReader.Read(_folder.Path, "log").Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_between_entry_and_head_keeps_the_entry()
    {
        var head = await AppendAsync(2);
        var (line, after) = ChainLine.After(head, """{"n":3}""");
        File.AppendAllText(Path.Combine(_folder.Path, "log-000001.jsonl"), line + "\n");
        Assert.Null(ChainReader.Read(_folder.Path, "log").Fault);

        await using (var log = ChainedLog.Open(_folder.Path, "log")) Assert.Equal((after, 0), (log.Head, log.CutBytes));

        var report = ChainReader.Read(_folder.Path, "log");
        Assert.Equal((after, after), (report.Head, report.Recorded));
    }

    [Theory]
    [InlineData("{\"seq\":3,\"pre")]   // torn
    [InlineData("\0\0\0\0\0\0\n\0\0")]   // blocks that never came
    public async Task Crash_in_the_middle_of_an_entry_is_cut_off_and_the_record_goes_on(string rest)
    {
        var head = await AppendAsync(2);
        File.AppendAllText(Path.Combine(_folder.Path, "log-000001.jsonl"), rest);
        var report = ChainReader.Read(_folder.Path, "log");
        Assert.Equal((null, head, (long)Encoding.UTF8.GetByteCount(rest)), (report.Fault, report.Head, report.UnfinishedBytes));

        await using (var log = ChainedLog.Open(_folder.Path, "log"))
        {
            Assert.Equal(report.UnfinishedBytes, log.CutBytes);
            await log.AppendAsync("{}");
        }

        var (mended, bodies) = Read();
        Assert.Equal((null, 3, 0L), (mended.Fault, bodies.Count, mended.UnfinishedBytes));
    }

    [Fact]
    public async Task Write_that_fails_is_told_and_a_later_one_succeeds()
    {
        await using var log = ChainedLog.Open(_folder.Path, "log");
        await log.AppendAsync("""{"n":1}""");
        // A folder stands where the head is to be: the line reaches the disk, its head does not.
        var head = Path.Combine(_folder.Path, "log.head");
        File.Delete(head);
        Directory.CreateDirectory(head);

        var error = await Assert.ThrowsAsync<RecordException>(() => log.AppendAsync("""{"n":2}"""));
        Assert.StartsWith($"The record 'log' in {_folder.Path} could not be written, so nothing leaves: ", error.Message, StringComparison.Ordinal);

        Directory.Delete(head);
        Assert.Equal(2, (await log.AppendAsync("""{"n":3}""")).Entries);
        var (report, bodies) = Read();
        Assert.Null(report.Fault);
        Assert.Equal(["""{"n":1}""", """{"n":3}"""], bodies);
    }

    [Fact]
    public async Task Second_process_cannot_open_it()
    {
        await using var log = ChainedLog.Open(_folder.Path, "log");
        Assert.Throws<IOException>(() => ChainedLog.Open(_folder.Path, "log"));
    }

    private async Task<ChainHead> AppendAsync(int entries, long segmentBytes = 1 << 20)
    {
        await using var log = ChainedLog.Open(_folder.Path, "log", segmentBytes: segmentBytes);
        for (var i = 1; i <= entries; i++) await log.AppendAsync($$"""{"n":{{i}}}""");
        return log.Head;
    }

    private (ChainReport Report, List<string> Bodies) Read()
    {
        var bodies = new List<string>();
        return (ChainReader.Read(_folder.Path, "log", entry => bodies.Add(Encoding.UTF8.GetString(entry.Body))), bodies);
    }

    private string[] Lines() => File.ReadAllLines(Path.Combine(_folder.Path, "log-000001.jsonl"));

    private void SetLines(string[] lines) => File.WriteAllText(Path.Combine(_folder.Path, "log-000001.jsonl"), string.Concat(lines.Select(line => line + "\n")));
}
