"""python -m pystack_node"""

from . import main

main()
