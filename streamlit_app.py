from flowinsight.ui import shell

shell.run()
