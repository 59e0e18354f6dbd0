using System.Text;
using System.Threading.Channels;
using Federated.Core.Privacy.Governance;
using Federated.Worker.State;

namespace Federated.Worker.Governance.Records;

/// <summary>An append-only, hash-chained record on the disk (<see cref="ChainLine"/>), in segments of bounded size, with a head that is kept apart. Thread-safe; what is appended at the same
/// time shares a flush.</summary>
/// <remarks>An append has ended when its line and then the head are on the disk. A crash before that leaves a line without its head, or a part of a line. The next start keeps whole
/// lines that continue the chain, since what they tell of may have been on its way, and cuts off the rest.</remarks>
internal sealed class ChainedLog : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ChainFiles _files;
    private readonly string _name;
    private readonly long _segmentBytes;
    private readonly FileStream _lock;
    private readonly Task _writer;
    private FileStream _stream;
    private int _segment;
    private long _length;
    private volatile ChainHead _head;

    private ChainedLog(ChainFiles files, string name, long segmentBytes, ChainReport report, FileStream alone)
    {
        (_files, _name, _segmentBytes, _head, _lock) = (files, name, segmentBytes, report.Head, alone);
        _segment = Math.Max(1, report.Segments);
        _stream = OpenSegment();
        try
        {
            (_length, CutBytes) = (report.SoundBytes, report.UnfinishedBytes);
            if (CutBytes > 0) CutOff();
            if (report.Recorded != _head) _files.WriteHead(_head);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
        _writer = Task.Run(WriteAsync);
    }

    /// <value>The end of the chain, on the disk.</value>
    public ChainHead Head => _head;

    /// <value>Bytes of an unfinished entry that opening cut off.</value>
    public long CutBytes { get; }

    /// <summary>Opens a record, or begins it. Verifies all of it.</summary>
    /// <param name="folder">Made where it is missing; one process at a time.</param>
    /// <param name="name">How the names of its files begin.</param>
    /// <param name="visit">Gets every entry that is there, in order.</param>
    /// <param name="segmentBytes">Above this a segment is followed by the next.</param>
    /// <exception cref="RecordBrokenException">What is there does not hold.</exception>
    /// <exception cref="IOException">The files cannot be read or written, or another process has them.</exception>
    public static ChainedLog Open(string folder, string name, ChainReader.Visit? visit = null, long segmentBytes = 4 << 20)
    {
        var files = new ChainFiles(folder, name);
        Directory.CreateDirectory(folder);
        // Two workers in one folder would fork the chain.
        var alone = new FileStream(files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var report = ChainReader.Read(files, visit);
            if (report.Fault is { } fault) throw new RecordBrokenException(fault);
            // The head first: a record without one is a record whose end was taken away.
            if (report.Recorded is null) files.WriteHead(ChainHead.Start);
            return new(files, name, segmentBytes, report with { Recorded = report.Recorded ?? ChainHead.Start }, alone);
        }
        catch
        {
            alone.Dispose();
            throw;
        }
    }

    /// <summary>Appends an entry.</summary>
    /// <param name="body">A JSON object on one line.</param>
    /// <returns>The end of the chain with the entry, once it is on the disk. Fails with <see cref="RecordException"/> when it is not; a later append may succeed.</returns>
    public Task<ChainHead> AppendAsync(string body)
    {
        var pending = new Pending(body, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(pending) ? pending.Done.Task : throw new ObjectDisposedException(nameof(ChainedLog));
    }

    /// <summary>Writes what was appended and gives the files back.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
        await _stream.DisposeAsync();
        await _lock.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var batch = new List<(Pending Entry, ChainHead Head)>(MostAtOnce);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            var (text, head) = (new StringBuilder(), _head);
            while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var entry))
            {
                (var line, head) = ChainLine.After(head, entry.Body);
                text.Append(line).Append('\n');
                batch.Add((entry, head));
            }
            try
            {
                Write(Encoding.UTF8.GetBytes(text.ToString()), head);
                foreach (var (entry, at) in batch) entry.Done.SetResult(at);
            }
            catch (Exception e)
            {
                // Whatever it was, somebody waits for each entry.
                var error = new RecordException($"The record '{_name}' in {_files.Folder} could not be written, so nothing leaves: {e.Message} Make room there, or let this user write to it.", e);
                foreach (var (entry, _) in batch) entry.Done.SetException(error);
            }
        }
    }

    private void Write(byte[] lines, ChainHead head)
    {
        TakeBack();
        if (_length >= _segmentBytes) NextSegment();
        _stream.Position = _length;
        _stream.Write(lines);
        _stream.Flush(flushToDisk: true);
        _files.WriteHead(head);
        (_length, _head) = (_length + lines.Length, head);
    }

    // Behind the sound part there is what an earlier write that failed has left. The head first, which that write may have reached.
    private void TakeBack()
    {
        if (_stream.Length == _length) return;
        _files.WriteHead(_head);
        CutOff();
    }

    private void CutOff()
    {
        _stream.SetLength(_length);
        _stream.Flush(flushToDisk: true);
    }

    private void NextSegment()
    {
        _segment++;
        var full = _stream;
        try
        {
            _stream = OpenSegment();
        }
        catch
        {
            _segment--;
            throw;
        }
        full.Dispose();
        _length = 0;
        TakeBack();
    }

    private FileStream OpenSegment()
    {
        var stream = new FileStream(_files.Segment(_segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        DurableFile.FlushFolder(_files.Folder);
        return stream;
    }

    private sealed record Pending(string Body, TaskCompletionSource<ChainHead> Done);
}
