using Spectre.Console;

namespace Federated.Cli.Watching;

/// <summary>A table that is redrawn in place, for terminals.</summary>
internal sealed class LiveView(IAnsiConsole screen, TimeProvider time) : IRunView
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    public async Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, Func<RunBoard> board)
    {
        await screen.Live(new Text("waiting for the first round")).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(async display =>
        {
            await using var reader = updates.GetAsyncEnumerator();
            var (next, heard) = (reader.MoveNextAsync().AsTask(), time.GetTimestamp());
            while (true)
            {
                // The clock goes on between events.
                if (await Task.WhenAny(next, Task.Delay(Tick, time)) == next)
                {
                    if (!await next) break;
                    (next, heard) = (reader.MoveNextAsync().AsTask(), time.GetTimestamp());
                }
                var now = board();
                var running = now.IsAtWork ? time.GetElapsedTime(heard) : TimeSpan.Zero;
                display.UpdateTarget(RunTable.Render(now, running, Math.Max(4, screen.Profile.Height - 8)));
            }
        });
    }
}
