using Federated.Cli.Tests.Hosting;
using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Tests.Watching;

public sealed class RunTableTests
{
    [Fact]
    public void Render_of_an_open_round_shows_rounds_bar_and_sums()
    {
        var board = RunBoard.Empty.Apply(RunScript.Committed(1, 900)).Apply(RunScript.Training(2, 4));

        Assert.Equal("""
            ╭───────┬──────────┬────────┬─────────┬────────┬─────────┬────────╮
            │ round │ accuracy │   loss │ clients │   down │      up │   time │
            ├───────┼──────────┼────────┼─────────┼────────┼─────────┼────────┤
            │   1/2 │   0.9000 │ 0.2500 │   10/10 │ 2.0 kB │ 10.0 kB │ 1.50 s │
            ╰───────┴──────────┴────────┴─────────┴────────┴─────────┴────────╯
            round 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 4/10 training
            two-rounds quiet-otter-1  running  10 clients on 2 workers  time 0:03  ETA 0:01  down 2.0 kB  up 10.0 kB
            """, Text(board, TimeSpan.FromSeconds(2), 10));
    }

    [Fact]
    public void Tables_have_a_column_for_the_figure_of_the_objective()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var screen = CommandHarness.PlainScreen(output);
        screen.Write(RunTable.Rounds([RunScript.Round(1, null), RunScript.Measured()], 2));
        screen.Write(ClientTable.Of(RunScript.Measured()));

        Assert.Equal("""
            ╭───────┬──────────┬────────┬────────┬─────────┬────────┬─────────┬────────╮
            │ round │ accuracy │   loss │  auroc │ clients │   down │      up │   time │
            ├───────┼──────────┼────────┼────────┼─────────┼────────┼─────────┼────────┤
            │   1/2 │        - │      - │      - │   10/10 │ 2.0 kB │ 10.0 kB │ 1.50 s │
            │   2/2 │   0.9500 │ 0.2500 │ 0.8750 │   10/10 │ 2.0 kB │ 10.0 kB │ 1.50 s │
            ╰───────┴──────────┴────────┴────────┴─────────┴────────┴─────────┴────────╯
            ╭────────┬──────────┬──────────┬────────┬────────╮
            │ client │ examples │ accuracy │   loss │  auroc │
            ├────────┼──────────┼──────────┼────────┼────────┤
            │ north  │      600 │   0.9500 │ 0.2500 │ 0.9000 │
            │ south  │      400 │   0.9500 │ 0.2500 │      - │
            ╰────────┴──────────┴──────────┴────────┴────────╯

            """.ReplaceLineEndings("\n"), output.ToString());
    }

    [Fact]
    public void Table_has_columns_for_the_clients_own_models_where_they_have_some()
    {
        using var output = new StringWriter { NewLine = "\n" };
        CommandHarness.PlainScreen(output).Write(RunTable.Rounds([RunScript.Round(1, null), RunScript.Personal()], 2));

        Assert.Contains("│   1/2 │        - │      - │        - │        - │   10/10 │", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("│   2/2 │   0.9500 │ 0.2500 │   0.7500 │   0.5000 │   10/10 │", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_of_a_paused_run_says_so_and_has_no_bar()
    {
        var board = RunBoard.Empty.Apply(RunScript.Training(2, 4)).Apply(RunScript.Ended(RunStatus.Paused, 1));

        var text = Text(board, TimeSpan.Zero, 10);

        Assert.Contains("quiet-otter-1  paused  10 clients", text, StringComparison.Ordinal);
        Assert.Contains("ETA -", text, StringComparison.Ordinal);
        Assert.DoesNotContain("training", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_with_more_rounds_than_rows_shows_the_latest()
    {
        var board = RunBoard.Empty.Apply(RunScript.Committed(1, 900)).Apply(RunScript.Committed(2, 950));

        var text = Text(board, TimeSpan.Zero, 1);

        Assert.Contains("2/2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1/2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_shows_names_with_brackets_as_they_are()
    {
        var board = RunBoard.Empty.Apply(RunScript.Notice("client [red]x[/] is late"));

        Assert.Contains("client [red]x[/] is late", Text(board, TimeSpan.Zero, 10), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LiveView_draws_on_a_terminal_until_the_events_end()
    {
        using var output = new StringWriter();
        var screen = CommandHarness.PlainScreen(output);
        screen.Profile.Capabilities.Ansi = true;
        screen.Profile.Capabilities.Interactive = true;
        var board = RunBoard.Empty;

        await new LiveView(screen, TimeProvider.System).ShowAsync(UpdatesAsync(), () => board);

        var text = output.ToString();
        Assert.Contains("0.9500", text, StringComparison.Ordinal);
        Assert.Contains("completed", text, StringComparison.Ordinal);

        async IAsyncEnumerable<RunUpdate> UpdatesAsync()
        {
            foreach (var next in RunScript.Complete)
            {
                await Task.Yield();
                board = board.Apply(next);
                yield return new RunUpdate(next, []);
            }
        }
    }

    // Trailing spaces of the screen's lines have no meaning.
    private static string Text(RunBoard board, TimeSpan sinceEvent, int rows)
    {
        using var output = new StringWriter { NewLine = "\n" };
        CommandHarness.PlainScreen(output).Write(RunTable.Render(board, sinceEvent, rows));
        return string.Join('\n', output.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();
    }
}
